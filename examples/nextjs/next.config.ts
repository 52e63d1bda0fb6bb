import type { NextConfig } from "next";

// varve needs nothing here. "standalone" makes a folder that runs without node_modules.
const config: NextConfig = { output: "standalone" };

export default config;
