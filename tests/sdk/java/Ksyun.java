import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import common.BaseClient;
import common.Credential;
import common.annotation.KsYunField;
import common.utils.HttpClientUtils;
import common.utils.SignUtils;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;

/**
 * Calls kmsim through Kingsoft's ksyun-java-sdk. Each line of the input is a call in JSON, and each
 * line of the output is the answer to it.
 *
 * This release has no client for the key service. The client and the request below are written like
 * those for other services.
 */
class Ksyun {
    /** The parameters of all actions. Null fields are not sent. */
    public static class Request {
        @KsYunField(name = "KeyId")
        public String KeyId;
        /** The SDK numbers these: KeyId.1, KeyId.2. */
        @KsYunField(name = "KeyId", type = 1)
        public List<String> KeyIds;
        @KsYunField(name = "KeyName")
        public String KeyName;
        @KsYunField(name = "Description")
        public String Description;
        @KsYunField(name = "KeyUsage")
        public String KeyUsage;
        @KsYunField(name = "Origin")
        public String Origin;
        @KsYunField(name = "ChargeType")
        public String ChargeType;
        @KsYunField(name = "KeyState")
        public String KeyState;
        @KsYunField(name = "Plaintext")
        public String Plaintext;
        @KsYunField(name = "CiphertextBlob")
        public String CiphertextBlob;
        @KsYunField(name = "KeySpec")
        public String KeySpec;
        @KsYunField(name = "NumberOfBytes")
        public String NumberOfBytes;
        @KsYunField(name = "DryRun")
        public String DryRun;
    }

    static class Client extends BaseClient {
        private final Credential credential;

        Client(Credential credential) {
            this.credential = credential;
        }

        String call(String method, String url, String action, Request request) throws Exception {
            JSONObject params = new JSONObject();
            getCommonParams(credential, params);
            params.put("Service", "kkms");
            params.put("Action", action);
            params.put("Version", "2016-03-04");
            setRequestField(request, params);
            params.put("Signature", SignUtils.signature(params, credential.getSignStr()));
            String answer = method.equals("GET")
                ? HttpClientUtils.httpGet(url, params, new HashMap<>())
                : HttpClientUtils.httpPost(url, params, new HashMap<>());
            return JSON.parseObject(answer).getString("result");
        }
    }

    public static void main(String[] arguments) throws Exception {
        PrintStream answers = new PrintStream(System.out, true, "UTF-8");
        // The SDK logs to the standard output.
        System.setOut(System.err);
        BufferedReader calls = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = calls.readLine()) != null; ) {
            JSONObject it = JSON.parseObject(line);
            Credential credential = new Credential(it.getString("access_key"), it.getString("secret"), it.getString("region"));
            Request request = it.getObject("params", Request.class);
            String answer = new Client(credential)
                .call(it.getString("method"), it.getString("url"), it.getString("action"), request);
            answers.println(answer.replace('\n', ' '));
        }
    }
}
