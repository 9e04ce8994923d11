package roster

// TeamSize says how many people it takes to cover every slot.
type TeamSize struct {
	People int    `json:"people"`
	Extra  int    `json:"extra"`
	Text   string `json:"text"`
}
