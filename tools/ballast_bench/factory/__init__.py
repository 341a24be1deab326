"""The factory on a computer: units on serial ports, the jig, a base image."""
