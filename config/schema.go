package config

import _ "embed"

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of a configuration, for editors and
// other tools. It refuses nothing that Load takes. What a schema cannot express,
// such as a name that does not exist, Load alone refuses.
//
// It is made from the structs by a test, which also writes it:
//
//	go test ./config -run TestSchemaIsMadeFromTheStructs -update
func Schema() []byte { return schema }
