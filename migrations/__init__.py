"""The schema's history: `versions` is numbered and frozen, `tables` is what every migration may use."""
