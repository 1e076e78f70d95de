import { resourceFromAttributes } from "@opentelemetry/resources";
import { MeterProvider } from "@opentelemetry/sdk-metrics";
import type { Meter } from "@opentelemetry/api";
import { expect, test } from "vitest";
import { ScrapedReader } from "./metrics-listener.ts";
import { toPrometheusText } from "./prometheus-text.ts";

async function textOf(measure: (meter: Meter) => void): Promise<string> {
  const reader = new ScrapedReader();
  const resource = resourceFromAttributes({ "service.name": "test" });
  const provider = new MeterProvider({ resource, readers: [reader] });
  measure(provider.getMeter("test"));
  const { resourceMetrics } = await reader.collect();
  return toPrometheusText(resourceMetrics);
}

test("names say the unit, counters are totals, and buckets add up", async () => {
  const text = await textOf((meter) => {
    meter
      .createCounter("process.cpu.time", { unit: "s", description: "Processor\ntime" })
      .add(1.5, { "cpu.mode": "user" });
    meter.createUpDownCounter("in.flight").add(-2);
    meter.createGauge("memory", { unit: "By" }).record(7);
    meter.createGauge("share", { unit: "1" }).record(0.25);
    const duration = meter.createHistogram("d", { unit: "s", advice: { explicitBucketBoundaries: [0.1, 1] } });
    for (const seconds of [0.05, 0.5, 0.7, 5]) duration.record(seconds, { route: "/a" });
  });
  expect(text).toBe(`# TYPE target_info gauge
target_info{service_name="test"} 1
# HELP process_cpu_time_seconds_total Processor\\ntime
# TYPE process_cpu_time_seconds_total counter
process_cpu_time_seconds_total{cpu_mode="user"} 1.5
# HELP in_flight 
# TYPE in_flight gauge
in_flight -2
# HELP memory_bytes 
# TYPE memory_bytes gauge
memory_bytes 7
# HELP share_ratio 
# TYPE share_ratio gauge
share_ratio 0.25
# HELP d_seconds 
# TYPE d_seconds histogram
d_seconds_bucket{route="/a",le="0.1"} 1
d_seconds_bucket{route="/a",le="1"} 3
d_seconds_bucket{route="/a",le="+Inf"} 4
d_seconds_sum{route="/a"} 6.25
d_seconds_count{route="/a"} 4
`);
});

test("a label cannot end its line or itself", async () => {
  const text = await textOf((meter) => meter.createCounter("c").add(1, { label: 'a"b\\c\nd' }));
  expect(text).toContain(String.raw`c_total{label="a\"b\\c\nd"} 1`);
});
