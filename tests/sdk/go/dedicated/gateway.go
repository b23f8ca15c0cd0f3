package main

import (
	"encoding/json"
	"reflect"

	"github.com/alibabacloud-go/tea/tea"
	util "github.com/aliyun/alibabacloud-dkms-gcs-go-sdk/openapi-util"
	"github.com/aliyun/alibabacloud-dkms-gcs-go-sdk/openapi-util/protobuf/api"
	sdk "github.com/aliyun/alibabacloud-dkms-gcs-go-sdk/sdk"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
)

// keyVersion is the header that names the version of a key.
const keyVersion = "x-kms-migrationkeyversionid"

func options() *util.RuntimeOptions {
	return &util.RuntimeOptions{Headers: []*string{tea.String(keyVersion)}}
}

// method is the SDK's own for the action, if it has one.
func (it *call) method(client *sdk.Client) reflect.Value {
	return reflect.ValueOf(client).MethodByName(it.Action + "WithOptions")
}

func (it *call) isTyped() bool {
	return it.Version == "" && it.Signature == "" && it.method(&sdk.Client{}).IsValid()
}

// typed makes the call by the SDK's own method and types.
func (it *call) typed() (any, error) {
	client, err := sdk.NewClient(&it.Config)
	if err != nil {
		return nil, err
	}
	method := it.method(client)
	request := reflect.New(method.Type().In(0).Elem())
	if err := json.Unmarshal(it.Params, request.Interface()); err != nil {
		return nil, err
	}
	request.Elem().FieldByName("Headers").Set(reflect.ValueOf(it.headers()))
	results := method.Call([]reflect.Value{request, reflect.ValueOf(options())})
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	return results[0].Interface(), nil
}

func (it *call) headers() map[string]*string {
	headers := map[string]*string{}
	for name, value := range it.Headers {
		headers[name] = tea.String(value)
	}
	return headers
}

// generic makes the call by the SDK's messages: it has more of them than methods.
func (it *call) generic() (any, error) {
	client, err := sdk.NewClient(&it.Config)
	if err != nil {
		return nil, err
	}
	var body []byte
	if request := message(it.Action + "Request"); request != nil {
		if err := protojson.Unmarshal(it.Params, request); err != nil {
			return nil, err
		}
		if body, err = proto.Marshal(request); err != nil {
			return nil, err
		}
	}
	version, signature := or(it.Version, "dkms-gcs-0.2"), or(it.Signature, "RSA_PKCS1_SHA_256")
	https, post := tea.String("https"), tea.String("POST")
	told, err := client.DoRequest(&it.Action, version, https, post, signature, body, options(), it.headers())
	if err != nil {
		return nil, err
	}
	// It passes the body of the answer on in base64.
	var raw struct {
		Body    []byte             `json:"bodyBytes"`
		Headers map[string]*string `json:"responseHeaders"`
	}
	if err := tea.Convert(told, &raw); err != nil {
		return nil, err
	}
	response := message(it.Action + "Response")
	if err := proto.Unmarshal(raw.Body, response); err != nil {
		return nil, err
	}
	text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(response)
	if err != nil {
		return nil, err
	}
	answer := map[string]any{}
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	answer["headers"] = raw.Headers
	return answer, nil
}

// message is a new one of the SDK's, if it has one of this name.
func message(name string) proto.Message {
	kind := api.File_api_proto.Messages().ByName(protoreflect.Name(name))
	if kind == nil {
		return nil
	}
	return dynamicpb.NewMessage(kind)
}

func or(text, usual string) *string {
	if text == "" {
		return &usual
	}
	return &text
}
