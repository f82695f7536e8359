package io.resketch.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "host", "host:0", "host:65536", "host:1:2", "http://host:1", ":7420"})
  void targetThatIsNotHostAndPort_isRefused(String target) {
    assertThatThrownBy(() -> Connection.to(target))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("target: \"" + target + "\" is not HOST:PORT");
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1:7420", "localhost:7420", "[::1]:7420", "127.1.2.3:1"})
  void tokenStaysOnTheMachine_withoutEncryption(String target) {
    assertThatCode(() -> Connection.to(target).withToken("secret")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"example.com:7420", "10.0.0.1:7420", "127.0.0.1.example.com:7420"})
  void tokenDoesNotLeaveTheMachine_withoutEncryption(String target) {
    assertThatThrownBy(() -> Connection.to(target).withToken("secret"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("token: would go to " + target + " unencrypted")
        .hasMessageNotContaining("secret");
    assertThatCode(() -> Connection.to(target).withTls().withToken("secret"))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\nb", "ä"})
  void tokenThatIsNoHeader_isRefused(String token) {
    assertThatThrownBy(() -> Connection.to("127.0.0.1:7420").withToken(token))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("token: ");
  }

  @Test
  void text_doesNotTellTheToken() {
    assertThat(Connection.to("a:1").withTls().withToken("secret"))
        .hasToString("a:1 with TLS and a token");
  }

  @Test
  void certificatesThatCannotBeRead_areNamed() {
    assertThatThrownBy(
            () -> ResketchClient.connect(Connection.to("a:1").withTls(Path.of("none.pem"))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("tls-ca: none.pem");
  }
}
