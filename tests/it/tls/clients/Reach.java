import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Requests each URL of the command line by both standard clients, and prints the answers. */
public class Reach {
    public static void main(String[] urls) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        for (String url : urls) {
            String text = client.send(HttpRequest.newBuilder(URI.create(url)).build(),
                HttpResponse.BodyHandlers.ofString()).body();
            try (var stream = new URL(url).openStream()) {
                if (!text.equals(new String(stream.readAllBytes()))) throw new AssertionError(url);
            }
            System.out.println(text);
        }
    }
}
