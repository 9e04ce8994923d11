// Watchbill plans on-call duty: from a file that describes a team to months of
// shifts that keep every rule and are shared as evenly as can be, with the proof
// of it, or with the reasons why the rules cannot hold.
//
// This package is the program's edge. It reads files, flags and the clock, hands
// plain values to the packages that compute, and writes what they return: results
// to standard output, messages to standard error. It is the only package that
// knows all the others. The exit code is 0 when all is well, 1 when something is
// refused, with the reason, and 2 when the command line is wrong.
package main
