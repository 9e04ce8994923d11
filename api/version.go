package api

import "context"

// A Build says which program answers.
type Build struct {
	Version string `json:"version" doc:"Of the program, as watchbill version prints it"`
	Commit  string `json:"commit,omitempty" doc:"What it was built from; absent when the build did not know"`
	Changed bool   `json:"changed,omitempty" doc:"What it was built from had changes besides the commit"`
}

// VersionInfo says which program answers, and on which schema.
type VersionInfo struct {
	Build
	Schema int64 `json:"schema" doc:"The number of the last migration that the database has had"`
}

type versionOut struct{ Body VersionInfo }

// version tells who may use the API which program this is.
func (s *Server) version(ctx context.Context, _ *struct{}) (*versionOut, error) {
	schema, err := s.Schema(ctx)
	return &versionOut{VersionInfo{s.Build, schema}}, err
}
