"""How each authority names its fields: a mapping reads a raw record and judges nothing."""
