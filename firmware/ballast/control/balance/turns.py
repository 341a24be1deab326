"""Which supply's sample of the mains is worked on in a step: one part of the work at a time."""

from micropython import const

from ballast.control.balance.supply import Supply

NOBODY = const(0)
SITE = const(1)
PANEL = const(2)


class Turns:
    """Shares the steps out between the supply and the sub-panel, which take turns sample by sample."""

    def __init__(self, site: Supply, panel: Supply) -> None:
        self._site = site
        self._panel = panel
        self._turn = SITE
        self._waited = False  # the last step that could have worked did not

    def next(self, full: bool) -> int:
        """Whose turn it is in this step; one of them wants() something.

        full: this step has other work, such as the own meter's reading. Then it is nobody's; but
        no two steps in a row are left out.
        """
        if full and not self._waited:
            self._waited = True
            return NOBODY
        self._waited = False
        site, panel = self._site, self._panel
        if not (site.used and site.balancer.part) and not (panel.used and panel.balancer.part):
            if not panel.wants():
                self._turn = SITE
            elif not site.wants() or self._turn == SITE:
                self._turn = PANEL
            else:
                self._turn = SITE
        return self._turn
