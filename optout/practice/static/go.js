"use strict";
// Goes on by itself after a while.
const data = JSON.parse(document.getElementById("page-data").textContent);
setTimeout(() => location.assign(data.go), data.after);
