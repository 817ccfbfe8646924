"""How well the intervals of a theme mix hold: by simulation, and by masking the real labels; beside other methods."""
