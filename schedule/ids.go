package schedule

// A PersonID names a person, unique across all teams. In team files it is the
// name people know each other by.
type PersonID string

// A TeamID names a team.
type TeamID string

// A RotationID names a rotation within its team: "primary", "secondary".
type RotationID string

// A SlotID names a slot. It is unique within the team, does not change while
// the rotation's rule does not, and reads well: "primary 2026-12-21".
type SlotID string
