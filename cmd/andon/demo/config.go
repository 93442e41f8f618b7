package demo

import _ "embed" // of the configuration

// Config is the configuration that andon runs in the demo. It refers to
// ${env:DEMO_SHOP}, a base URL, and ${env:DEMO_SHOP_ADDRESS}, host:port.
//
//go:embed andon.yaml
var Config []byte
