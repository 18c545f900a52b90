"use strict";
// A message box once the page stands, and another when it is left.
setTimeout(() => alert("practice site"), 50);
addEventListener("beforeunload", (event) => { event.preventDefault(); event.returnValue = "practice site"; });
