/* watch.js - stands first in a page under test: notes all that goes wrong in it.
 * SPDX-License-Identifier: MIT
 */
window.problems = [];
addEventListener("error", (event) => window.problems.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => window.problems.push(`lost: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) =>
    window.problems.push(`policy: ${event.violatedDirective} ${event.blockedURI}`));
for (const name of ["error", "warn"]) {
    console[name] = (...parts) => window.problems.push(`${name}: ${parts.join(" ")}`);
}
