package roster

// A Remedy is a change that was tried by solving again.
type Remedy struct {
	Change    string `json:"change"`
	Uncovered int    `json:"uncovered"`
	Text      string `json:"text"`
}

func (f *finder) remedies(seed uint64, work int64) ([]Remedy, *TeamSize) { return nil, nil }
