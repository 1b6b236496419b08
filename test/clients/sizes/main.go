// Command sizes measures texts, a JSON list of them on its input, as Parley does, so that a tool that is not ours can measure
// them too.
package main

import (
	"encoding/json"
	"log"
	"os"

	"parley/internal/sms"
)

func main() {
	var texts []string
	if err := json.NewDecoder(os.Stdin).Decode(&texts); err != nil {
		log.Fatal("read the texts: ", err)
	}
	sizes := make([]sms.Size, len(texts))
	for i, text := range texts {
		sizes[i] = sms.Measure(text)
	}
	if err := json.NewEncoder(os.Stdout).Encode(sizes); err != nil {
		log.Fatal("write the sizes: ", err)
	}
}
