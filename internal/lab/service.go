package lab

func serviceLaws() []Oracle { return nil }
