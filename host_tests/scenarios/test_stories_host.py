"""A story can fail, and its mistakes are one line each; test_every_board_host.py plays those here."""


from ballast_bench.person import story


def test_a_story_can_fail():
    text = "setup house=empty meter=none\n0 plug\n5 expect coil==0\n20 expect coil==0 state==\"C2\"\n"
    failures = story.play(story.Story(text, "wrong"))
    assert failures == ["wrong:3: expected coil==0, found 1", "wrong:4: expected coil==0, found 1"]
