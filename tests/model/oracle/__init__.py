"""STS (IEC 62055-41) and metervault's rules a second time, from the published facts and not from the C code."""
