"""A car that begins to charge while an update's signature is checked: no piece of it runs then."""

import pytest

from ballast.protocol import update_file
from ballast.services.update import UpdateError
from ballast_bench.rigs import update as rig
from ballast_bench.rigs.update import load, make, service


@pytest.mark.parametrize("pieces", [1, 5, 16])
def test_each_piece_of_the_signature_asks_for_the_permit(key, device, monkeypatch, pieces):
    done, open_ = [], [True]
    checking = update_file.checking

    def counted(*args):
        for part in checking(*args):
            assert open_[0], "a piece was computed with the contactor closed"
            done.append(part)
            open_[0] = len(done) != pieces
            yield part

    monkeypatch.setattr(update_file, "checking", counted)
    monkeypatch.setattr("ballast.services.update._PERMIT_MS", 0)
    rig.factory(device, make(key, "1.0"))
    running = service(key, rig.boot(), may_write=lambda: open_[0])
    with pytest.raises(UpdateError, match="the charger is charging"):
        load(running, make(key))
    assert len(done) == pieces
