"""What people see in a terminal: tables, cards, progress, interrupts, and streams that may break."""
