"""Many contracts: find them, read them in worker processes, write a record of every one."""
