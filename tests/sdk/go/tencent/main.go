// Calls kmsim through tencentcloud-sdk-go: each line of the input is a call in JSON, each line of
// the output is what became of it. tests/sdk/python/tencent.py has the checks.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tcerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
	kms "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/kms/v20190118"

	"kmsim/tests/sdk/go/lines"
)

type call struct {
	Scheme, Endpoint, Method, Signature, Secret, Token, Region, Language string
	AccessKey                                                            string `json:"access_key"`
	Service, Version, Action                                             string
	Params                                                               json.RawMessage
}

func main() { lines.Serve((*call).send) }

func (it *call) send() lines.Result {
	text, err := it.typed()
	if err == errNotTyped {
		text, err = it.generic()
	}
	var refusal *tcerrors.TencentCloudSDKError
	switch {
	case err == nil:
	case errors.As(err, &refusal) && refusal.RequestId != "":
		return lines.Result{Code: refusal.Code, Message: refusal.Message, RequestID: refusal.RequestId}
	default:
		return lines.Result{Broken: err.Error()}
	}
	var answer struct{ Response json.RawMessage }
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return lines.Result{Broken: err.Error()}
	}
	return lines.Result{Answer: answer.Response}
}

func (it *call) credential() common.CredentialIface {
	if it.Token != "" {
		return common.NewTokenCredential(it.AccessKey, it.Secret, it.Token)
	}
	return common.NewCredential(it.AccessKey, it.Secret)
}

func (it *call) profile() *profile.ClientProfile {
	how := profile.NewClientProfile()
	how.SignMethod = it.Signature
	how.Language = it.Language
	how.HttpProfile.ReqMethod = it.Method
	if it.Endpoint != "" {
		how.HttpProfile.Endpoint = it.Endpoint
		how.HttpProfile.Scheme = strings.ToUpper(it.Scheme)
	}
	return how
}

var errNotTyped = errors.New("this SDK has no type for the request")

// typed makes the call by the SDK's own method and types, if it has them for this request.
func (it *call) typed() (string, error) {
	client, err := kms.NewClient(it.credential(), it.Region, it.profile())
	if err != nil {
		return "", err
	}
	method := reflect.ValueOf(client).MethodByName(it.Action)
	if it.Service != "kms" || !method.IsValid() || method.Type().NumIn() != 1 || it.hasEmptyText() {
		return "", errNotTyped
	}
	request := reflect.New(method.Type().In(0).Elem())
	base := &tchttp.BaseRequest{}
	base.Init().WithApiInfo(it.Service, it.Version, it.Action)
	request.Elem().FieldByName("BaseRequest").Set(reflect.ValueOf(base))
	// It refuses members that the type lacks, and values of other types.
	reader := request.Interface().(interface{ FromJsonString(string) error })
	if err := reader.FromJsonString(string(it.Params)); err != nil {
		return "", errNotTyped
	}
	results := method.Call([]reflect.Value{request})
	if err, failed := results[1].Interface().(error); failed {
		return "", err
	}
	return results[0].Interface().(interface{ ToJsonString() string }).ToJsonString(), nil
}

// isFlat tells whether the parameters are sent as names with texts.
func (it *call) isFlat() bool {
	return it.Method == "GET" || it.Signature != "TC3-HMAC-SHA256"
}

// hasEmptyText tells whether the request has a text that the SDK's types would not send.
func (it *call) hasEmptyText() bool {
	for _, text := range it.flat() {
		if text == "" && it.isFlat() {
			return true
		}
	}
	return false
}

// flat returns the parameters by names such as Tags.0.TagKey.
func (it *call) flat() map[string]string {
	decoder := json.NewDecoder(bytes.NewReader(it.Params))
	decoder.UseNumber()
	var params any
	if err := decoder.Decode(&params); err != nil {
		panic(err)
	}
	all := map[string]string{}
	var add func(name string, value any)
	add = func(name string, value any) {
		switch value := value.(type) {
		case map[string]any:
			for member, it := range value {
				add(name+"."+member, it)
			}
		case []any:
			for number, it := range value {
				add(name+"."+strconv.Itoa(number), it)
			}
		default:
			all[name[1:]] = fmt.Sprint(value)
		}
	}
	add("", params)
	return all
}

func (it *call) generic() (string, error) {
	client := common.NewCommonClient(it.credential(), it.Region, it.profile())
	request := tchttp.NewCommonRequest(it.Service, it.Version, it.Action)
	if it.isFlat() {
		// A generic request has a map of texts for these.
		for name, text := range it.flat() {
			request.GetParams()[name] = text
		}
	} else if err := request.SetActionParameters([]byte(it.Params)); err != nil {
		return "", err
	}
	response := tchttp.NewCommonResponse()
	if err := client.Send(request, response); err != nil {
		return "", err
	}
	return string(response.GetBody()), nil
}
