/** The smallest target: it does nothing and ends with its standard input. */
process.stdin.resume();
