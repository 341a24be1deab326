"""A charger to try things on; README.md says which rig when."""
