"""What is asked and what an answer means: pure values and functions, standard library only."""
