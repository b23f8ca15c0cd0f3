// Reads secrets through aliyun-secretsmanager-client-go, which is configured by variables alone.
// Each argument is the name of a secret, each line of the output is what became of it, in JSON.
// tests/sdk/python/client_keys.py has the checks.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	secrets "github.com/aliyun/aliyun-secretsmanager-client-go/sdk"
	"github.com/aliyun/aliyun-secretsmanager-client-go/sdk/logger"

	"kmsim/tests/sdk/go/lines"
)

func main() {
	quiet := logger.NewDefaultLogger(log.New(io.Discard, "", 0))
	client, err := new(secrets.SecretCacheClientBuilder).WithLogger(quiet).Build()
	if err != nil {
		log.Fatal(err)
	}
	out := json.NewEncoder(os.Stdout)
	for _, name := range os.Args[1:] {
		if err := out.Encode(read(client, name)); err != nil {
			log.Fatal(err)
		}
	}
}

func read(client *secrets.SecretManagerCacheClient, name string) lines.Result {
	found, err := client.GetSecretInfo(name)
	var refusal *sdkerrors.ServerError
	switch {
	case err == nil:
	case errors.As(err, &refusal):
		return lines.Result{
			Status:    refusal.HttpStatus(),
			Code:      refusal.ErrorCode(),
			Message:   refusal.Message(),
			RequestID: refusal.RequestId(),
		}
	default:
		return lines.Result{Broken: err.Error()}
	}
	text, err := json.Marshal(found)
	if err != nil {
		return lines.Result{Broken: err.Error()}
	}
	return lines.Result{Answer: text}
}
