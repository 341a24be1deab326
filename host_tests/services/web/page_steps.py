"""What every test of a page does with the browser."""

from playwright.sync_api import expect


def log_in(page, word):
    """Fill in the password and wait for the charger's sentence."""
    page.fill("#password", word)
    page.click("button.main")
    expect(page.locator(".hero h2")).not_to_be_empty()


def wait_for(page, condition):
    """Let the browser and the world go on until condition() holds."""
    for _ in range(200):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("never came")


def sentence(page):
    """What the charger says of itself at the top."""
    return page.locator(".hero h2")


def cp(rig):
    return rig.world.plant.chargers[0]


def switch(rig, name, on):
    def do():
        rig.world.plant.house.switch(name, on)
        rig.world.plant.touch()

    rig.call(do)


def car_amps(rig):
    return rig.call(lambda: max(cp(rig).amps))
