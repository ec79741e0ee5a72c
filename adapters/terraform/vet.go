package terraform

func (s *source) vet() {}
