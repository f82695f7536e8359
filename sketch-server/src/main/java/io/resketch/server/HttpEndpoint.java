package io.resketch.server;

import io.javalin.Javalin;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Optional;
import java.util.function.Supplier;

/** Metrics and health over HTTP. */
final class HttpEndpoint implements AutoCloseable {
  private static final int OK = 200;
  private static final int UNAVAILABLE = 503;

  private final Javalin javalin;

  /**
   * Starts it.
   *
   * @param trouble why the server cannot do all it should, empty if it can
   */
  HttpEndpoint(
      String host, int port, PrometheusMeterRegistry registry, Supplier<Optional<String>> trouble) {
    this.javalin =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.startup.showOldJavalinVersionWarning = false;
                  config.routes.get(
                      "/metrics",
                      context ->
                          context
                              .contentType("text/plain; version=0.0.4; charset=utf-8")
                              .result(registry.scrape()));
                  config.routes.get(
                      "/healthz",
                      context -> {
                        Optional<String> reason = trouble.get();
                        context
                            .status(reason.isPresent() ? UNAVAILABLE : OK)
                            .result(reason.orElse("ok") + "\n");
                      });
                })
            .start(host, port);
  }

  int port() {
    return javalin.port();
  }

  @Override
  public void close() {
    javalin.stop();
  }
}
