"""Files that come from and go to spreadsheets."""
