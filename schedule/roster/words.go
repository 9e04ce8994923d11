package roster

func (b *casebook) sentence(c clash) string { return "" }
