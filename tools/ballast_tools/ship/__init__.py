"""Ship it: boards, brands, builds, images, signatures."""
