"""The top floor: what people do, one room each."""
