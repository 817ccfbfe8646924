"""Measurements that anybody can rerun; each says what it needs and prints ratios, not only seconds."""
