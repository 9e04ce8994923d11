// Package roster turns a roster problem (slots, members, hard rules, and what to
// minimise) into the fairest roster it can find, a proof of how good a roster
// could be, and, where slots must stay open, why and what would help.
//
// # How it works
//
// A problem falls into components: members and slots joined by "could hold".
// Each is compiled to integers and bit sets ([Problem] → model). The terms of
// the objective are then settled one after the other, each with what the earlier
// ones have reached as a cap.
//
// From above, two walks look for better rosters. The annealer exchanges single
// shifts, a few hundred nanoseconds each, and is quick to balance loads. The
// dealer takes two members, and deals everything they hold between them anew
// with an exact dynamic programme over (what was dealt lately × load); it
// disturbs the prices it deals by, less and less, so that it wanders over the
// many equally good rosters instead of staying on one. It finds what single
// exchanges cannot: better spacing without touching the loads.
//
// From below, prices prove what cannot be had. Give every slot a price; a member
// can earn at most the best of their own rule-keeping sets of shifts, found
// exactly by a dynamic programme over an automaton of their rules × load. What
// the prices add up to beyond what all members can earn is a cost that no roster
// avoids. A linear program over the sets found so far (column generation) moves
// the prices to where that bound is strongest; it works in floating point, but
// the bound is recomputed in integers from the prices it proposes. Bounds are
// rounded up to the next value that loads, being multiples of a common unit, can
// add up to. The same prices say which decisions would cost more than the best
// roster known; those are left out of everything that follows. Where a gap
// remains a tree of decisions closes it if time allows.
//
// Work is counted in units, not in seconds, so that a seed and a budget give the
// same roster on every machine.
package roster
