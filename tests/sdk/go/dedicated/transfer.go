package main

import (
	"encoding/json"
	"reflect"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	dedicated "github.com/aliyun/alibabacloud-dkms-gcs-go-sdk/openapi"
	transfer "github.com/aliyun/alibabacloud-dkms-transfer-go-sdk/sdk"
)

// transferred makes a call of the shared gateway. The client asks the instance instead, if it has
// a configuration for it.
func (it *call) transferred() (any, error) {
	var instance *dedicated.Config
	if it.Client == "transfer" {
		instance = &it.Config
	}
	shared := it.Shared
	client, err := transfer.NewClientWithAccessKey(shared.Region, shared.AccessKey, shared.Secret, instance)
	if err != nil {
		return nil, err
	}
	defer client.Shutdown()
	client.Domain = shared.Endpoint
	method := reflect.ValueOf(client).MethodByName(it.Action)
	request, err := it.request(method.Type().In(0).Elem())
	if err != nil {
		return nil, err
	}
	results := method.Call([]reflect.Value{request})
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	return results[0].Interface(), nil
}

// request is the SDK's own, with the parameters as texts.
func (it *call) request(kind reflect.Type) (reflect.Value, error) {
	request, base := reflect.New(kind), &requests.RpcRequest{}
	base.InitWithApiInfo("Kms", "2016-01-20", it.Action, "kms", "openAPI")
	base.Scheme = "http"
	request.Elem().FieldByName("RpcRequest").Set(reflect.ValueOf(base))
	var params map[string]json.RawMessage
	if err := json.Unmarshal(it.Params, &params); err != nil {
		return request, err
	}
	for name, value := range params {
		var text string
		if json.Unmarshal(value, &text) != nil {
			text = string(value)
		}
		request.Elem().FieldByName(name).SetString(text)
	}
	return request, nil
}
