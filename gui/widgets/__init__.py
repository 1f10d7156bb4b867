"""Small parts that several tabs are made of."""
