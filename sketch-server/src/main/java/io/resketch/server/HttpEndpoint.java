package io.resketch.server;

import io.javalin.Javalin;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** Metrics and health over HTTP. */
final class HttpEndpoint implements AutoCloseable {
  private final Javalin javalin;

  HttpEndpoint(String host, int port, PrometheusMeterRegistry registry) {
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
                  config.routes.get("/healthz", context -> context.result("ok\n"));
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
