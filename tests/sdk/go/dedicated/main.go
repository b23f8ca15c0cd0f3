// Calls kmsim through alibabacloud-dkms-gcs-go-sdk, the SDK for the gateway of an instance, and
// through alibabacloud-dkms-transfer-go-sdk, which has the shared gateway's calls. Each line of the
// input is a call in JSON, each line of the output is what became of it.
// tests/sdk/python/dedicated.py has the checks.
package main

import (
	"encoding/json"
	"errors"

	"github.com/alibabacloud-go/tea/tea"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	dedicated "github.com/aliyun/alibabacloud-dkms-gcs-go-sdk/openapi"

	"kmsim/tests/sdk/go/lines"
)

type call struct {
	// Client is "dedicated" or "transfer", and "shared" for the latter without an instance.
	Client, Action string
	Params         json.RawMessage
	// Config is that of the dedicated gateway, in the SDK's own names.
	Config dedicated.Config
	// Shared is that of the shared gateway.
	Shared struct {
		Endpoint, Region, Secret string
		AccessKey                string `json:"access_key"`
	}
	// Headers are those of the request, Version and Signature what it names instead of the usual.
	Headers            map[string]string
	Version, Signature string
}

func main() { lines.Serve((*call).send) }

func (it *call) send() lines.Result {
	answer, err := it.answer()
	if err != nil {
		return refusal(err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return lines.Result{Broken: err.Error()}
	}
	return lines.Result{Answer: text}
}

func (it *call) answer() (any, error) {
	switch {
	case it.Client != "dedicated":
		return it.transferred()
	case it.isTyped():
		return it.typed()
	default:
		return it.generic()
	}
}

// refusal is the error that the gateway answered, if it is one.
func refusal(problem error) lines.Result {
	var own *tea.SDKError
	if errors.As(problem, &own) && own.Data != nil {
		var data struct {
			HTTPCode  int
			RequestID string
		}
		if json.Unmarshal([]byte(*own.Data), &data) == nil && data.RequestID != "" {
			return lines.Result{
				Status:    data.HTTPCode,
				Code:      tea.StringValue(own.Code),
				Message:   tea.StringValue(own.Message),
				RequestID: data.RequestID,
			}
		}
	}
	var shared *sdkerrors.ServerError
	if errors.As(problem, &shared) {
		return lines.Result{
			Status:    shared.HttpStatus(),
			Code:      shared.ErrorCode(),
			Message:   shared.Message(),
			RequestID: shared.RequestId(),
		}
	}
	return lines.Result{Broken: problem.Error()}
}
