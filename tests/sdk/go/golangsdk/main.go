// Calls kmsim through golangsdk, the older SDK for Go, which go-kms-wrapping uses. Each line of the
// input is a call in JSON, each line of the output is what became of it. tests/sdk/python/huawei.py
// has the checks.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/huaweicloud/golangsdk"
	"github.com/huaweicloud/golangsdk/openstack"

	"kmsim/tests/sdk/go/lines"
)

type call struct {
	URL, Secret, Region, Project string
	Token                        *string
	AccessKey                    string `json:"access_key"`
	SecurityToken                string `json:"security_token"`
	Method, Path                 string
	Headers                      map[string]string
	Parts                        struct{ Path, Query, Body map[string]json.RawMessage }
}

func main() { lines.Serve((*call).send) }

func (it *call) send() lines.Result {
	client, err := it.client()
	if err != nil {
		return lines.Result{Broken: err.Error()}
	}
	options := golangsdk.RequestOpts{OkCodes: []int{200, 204}, MoreHeaders: it.Headers}
	if len(it.Parts.Body) > 0 {
		options.JSONBody = it.Parts.Body
	}
	var answer json.RawMessage
	options.JSONResponse = &answer
	response, err := client.Request(it.Method, it.address(), &options)
	if err == nil {
		return lines.Result{Answer: answer}
	}
	return refusal(response, err)
}

// client is one that is signed in: it knows its project, and where the service is.
func (it *call) client() (*golangsdk.ProviderClient, error) {
	client, err := openstack.NewClient(it.URL + "/v3")
	if err != nil {
		return nil, err
	}
	if it.Token != nil {
		client.TokenID = *it.Token
		return client, nil
	}
	client.AKSKAuthOptions = golangsdk.AKSKAuthOptions{
		AccessKey:     it.AccessKey,
		SecretKey:     it.Secret,
		SecurityToken: it.SecurityToken,
		ProjectId:     it.Project,
	}
	return client, nil
}

func (it *call) address() string {
	path := strings.ReplaceAll(it.Path, "{project_id}", url.PathEscape(it.Project))
	for name, value := range it.Parts.Path {
		path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(plain(value)))
	}
	query := url.Values{}
	for name, value := range it.Parts.Query {
		query.Set(name, plain(value))
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return it.URL + path
}

func refusal(response *http.Response, problem error) lines.Result {
	body, found := bodyOf(problem)
	if response == nil || !found {
		return lines.Result{Broken: problem.Error()}
	}
	type told struct {
		Code    string `json:"error_code"`
		Message string `json:"error_msg"`
	}
	var answer struct {
		told
		Error told
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return lines.Result{Broken: fmt.Sprintf("%v: %s", err, body)}
	}
	if answer.Code == "" {
		answer.told = answer.Error
	}
	return lines.Result{
		Status:    response.StatusCode,
		Code:      answer.Code,
		Message:   answer.Message,
		RequestID: response.Header.Get("X-Request-Id"),
	}
}

// bodyOf is the answer in an error. The SDK has a type for each status.
func bodyOf(problem error) ([]byte, bool) {
	var (
		e400  golangsdk.ErrDefault400
		e401  golangsdk.ErrDefault401
		e403  golangsdk.ErrDefault403
		e404  golangsdk.ErrDefault404
		e405  golangsdk.ErrDefault405
		e500  golangsdk.ErrDefault500
		other golangsdk.ErrUnexpectedResponseCode
	)
	switch {
	case errors.As(problem, &e400):
		return e400.Body, true
	case errors.As(problem, &e401):
		return e401.Body, true
	case errors.As(problem, &e403):
		return e403.Body, true
	case errors.As(problem, &e404):
		return e404.Body, true
	case errors.As(problem, &e405):
		return e405.Body, true
	case errors.As(problem, &e500):
		return e500.Body, true
	case errors.As(problem, &other):
		return other.Body, true
	default:
		return nil, false
	}
}

// plain is a parameter of a path or query as a text.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	return string(value)
}
