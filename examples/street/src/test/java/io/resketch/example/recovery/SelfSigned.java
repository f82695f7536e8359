package io.resketch.example.recovery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * A certificate of 127.0.0.1 that has issued itself, and its key, in PEM.
 *
 * @param certificate file
 * @param key file
 */
record SelfSigned(Path certificate, Path key) {
  private static final String PASSWORD = "changeit";

  /** Makes one by the JDK's keytool. */
  static SelfSigned make(Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve("identity.p12");
    Process keytool =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                    "-genkeypair",
                    "-alias",
                    "server",
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=localhost",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-keystore",
                    store.toString(),
                    "-storepass",
                    PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    if (keytool.waitFor() != 0) {
      throw new IOException(Files.readString(folder.resolve("keytool.log")));
    }
    KeyStore identity = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    return new SelfSigned(
        write(
            folder.resolve("certificate.pem"),
            "CERTIFICATE",
            identity.getCertificate("server").getEncoded()),
        write(
            folder.resolve("key.pem"),
            "PRIVATE KEY",
            identity.getKey("server", PASSWORD.toCharArray()).getEncoded()));
  }

  private static Path write(Path file, String what, byte[] der) throws IOException {
    return Files.writeString(
        file,
        "-----BEGIN "
            + what
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END "
            + what
            + "-----\n");
  }
}
