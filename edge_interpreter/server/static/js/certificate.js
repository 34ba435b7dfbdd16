/** The page that helps a device to trust this box: /certificate */

import { byId, element } from "./dom.js";
import { list, text } from "./i18n.js";
import { startPage } from "./page.js";

const PLATFORMS = ["ios", "android", "windows", "mac", "firefox"];

function ownPlatform() {
  const agent = navigator.userAgent;
  if (/iPhone|iPad/.test(agent)) return "ios";
  if (/Android/.test(agent)) return "android";
  if (/Firefox/.test(agent)) return "firefox";
  return /Mac/.test(agent) ? "mac" : "windows";
}

const { info } = await startPage({ title: "certificate" });
byId("lead").textContent = text(info.local_authority ? "certificate_lead" : "certificate_none");
byId("lasting").hidden = !info.local_authority;
if (info.authority_sha256) {
  byId("fingerprint").hidden = false;
  byId("fingerprint").querySelector("code").textContent = info.authority_sha256;
}
byId("quick").hidden = !info.https_port;
if (info.https_port) byId("secure").href = `https://${location.hostname}:${info.https_port}/`;
byId("platforms").replaceChildren(
  ...PLATFORMS.map((platform) =>
    element(
      "details",
      { open: platform === ownPlatform() },
      element("summary", {}, text(`platform.${platform}`)),
      element("ol", {}, ...list(`steps.${platform}`).map((step) => element("li", {}, step))),
    ),
  ),
);
