import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import type { Meter } from "@opentelemetry/api";

const NANO = 1e9;
const MICRO = 1e6;

/** How the process itself is: memory, processor time, and how late its event loop comes to things. Measured when asked. */
export function observeRuntime(meter: Meter): () => void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  let last = performance.eventLoopUtilization();
  const gauge = (name: string, unit: string, description: string, read: () => number) =>
    meter.createObservableGauge(name, { unit, description }).addCallback((result) => result.observe(read()));

  gauge("process.memory.usage", "By", "Physical memory of the process", () => process.memoryUsage.rss());
  gauge("v8js.memory.heap.used", "By", "Heap in use", () => process.memoryUsage().heapUsed);
  gauge("nodejs.eventloop.utilization", "1", "Share of time in which the event loop was busy", () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  });
  gauge("nodejs.eventloop.delay.p99", "s", "Lateness of the event loop, 99th percentile since the last look", () => {
    const seconds = delay.percentile(99) / NANO;
    delay.reset();
    return seconds;
  });
  meter
    .createObservableCounter("process.cpu.time", { unit: "s", description: "Processor time" })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe(user / MICRO, { "cpu.mode": "user" });
      result.observe(system / MICRO, { "cpu.mode": "system" });
    });
  return () => void delay.disable();
}
