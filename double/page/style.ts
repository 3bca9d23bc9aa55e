// The one style sheet of the page. Light and dark follow the reader's system; narrow screens drop the side column.

export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--soft:#f6f8fa;--line:#d1d9e0;--text:#1f2328;--muted:#59636e;--link:#0969da;--code:#818b981f;
--good:#1a7f37;--bad:#cf222e;--attention:#9a6700;--running:#bf8700;--waiting:#818b98;--neutral:#818b98;--done:#8250df;
--add:#dafbe1;--add-n:#aceebb;--del:#ffebe9;--del-n:#ffcecb;--hunk:#ddf4ff;--good-soft:#dafbe1;--bad-soft:#ffebe9;--attention-soft:#fff8c5}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--soft:#151b23;--line:#3d444d;--text:#f0f6fc;--muted:#9198a1;--link:#4493f8;--code:#656c7633;
--good:#3fb950;--bad:#f85149;--attention:#d29922;--running:#d29922;--waiting:#9198a1;--neutral:#9198a1;--done:#ab7df8;
--add:#12261e;--add-n:#1c4428;--del:#301a1f;--del-n:#542426;--hunk:#121d2f;--good-soft:#12261e;--bad-soft:#301a1f;--attention-soft:#272115}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:14px/1.5 -apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif,"Apple Color Emoji","Noto Color Emoji"}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
code,pre,.diff{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:12px}
.top{background:var(--soft);border-bottom:1px solid var(--line);padding:10px 24px;display:flex;gap:10px;align-items:center}
.top b{font-weight:600}.top .note{margin-left:auto;color:var(--muted);font-size:12px}
main{max-width:1240px;margin:0 auto;padding:20px 24px 80px}
h1{font-size:28px;font-weight:400;line-height:1.25;margin:4px 0 10px;overflow-wrap:anywhere}h1 small{color:var(--muted);font-size:inherit}
.muted,.comment header time,.event time{color:var(--muted)}
.pill{display:inline-block;border-radius:2em;padding:4px 12px;color:#fff;font-weight:500;margin-right:8px;background:var(--good)}
.pill.draft{background:#59636e}.pill.closed{background:var(--bad)}.pill.merged{background:var(--done)}
.sub{color:var(--muted);padding-bottom:14px;margin:0}.ref{background:var(--hunk);color:var(--link);border-radius:6px;padding:2px 6px;overflow-wrap:anywhere}
.strip{display:flex;gap:12px;align-items:center;border:1px solid var(--line);border-left:4px solid var(--mood);border-radius:6px;padding:12px 16px;color:inherit;background:var(--soft)}
.strip:hover{text-decoration:none}.strip b{display:block;font-size:16px}.strip .facts{margin-left:auto;color:var(--muted);white-space:nowrap}
.good{--mood:var(--good)}.bad{--mood:var(--bad)}.attention{--mood:var(--attention)}.running{--mood:var(--running)}.waiting{--mood:var(--waiting)}.neutral{--mood:var(--neutral)}
nav.tabs{display:flex;gap:4px;border-bottom:1px solid var(--line);margin:16px 0 20px}nav.tabs a{color:var(--text);padding:8px 14px;border-bottom:2px solid transparent}
nav.tabs a:first-child{border-color:#fd8c73;font-weight:600}.count{background:var(--code);border-radius:2em;padding:1px 7px;font-size:12px;font-weight:500}
.columns{display:grid;grid-template-columns:minmax(0,1fr) 250px;gap:32px}
aside section{border-bottom:1px solid var(--line);padding:12px 0;font-size:13px}aside h3{font-size:12px;color:var(--muted);margin:0 0 8px}
aside ul{list-style:none;margin:0;padding:0}aside li{display:flex;gap:6px;align-items:center;margin:4px 0;overflow-wrap:anywhere}
.label{border:1px solid var(--line);border-radius:2em;padding:0 9px;font-size:12px;font-weight:500}.label i{display:inline-block;width:8px;height:8px;border-radius:50%;margin-right:6px}
.avatar{--s:40px;width:var(--s);height:var(--s);flex:none;border-radius:50%;background:hsl(var(--hue) 45% 45%);color:#fff;display:inline-flex;align-items:center;justify-content:center;font-weight:600;font-size:calc(var(--s)*.4);text-transform:uppercase}
.avatar.bot{border-radius:22%}aside .avatar,.reply .avatar,.list .avatar{--s:24px}
.timeline{border-left:2px solid var(--line);margin-left:19px;padding-left:0}
.comment{display:flex;gap:14px;margin:16px 0 16px -21px}.comment>.avatar{outline:4px solid var(--bg)}
.box{flex:1;min-width:0;border:1px solid var(--line);border-radius:6px;background:var(--bg)}
.box>header{background:var(--soft);border-bottom:1px solid var(--line);border-radius:6px 6px 0 0;padding:8px 16px}
.tag{border:1px solid var(--line);border-radius:2em;padding:0 7px;font-size:12px;color:var(--muted);margin-left:6px;white-space:nowrap}
.tag.good,.tag.bad,.tag.attention,.tag.running{color:var(--mood);border-color:var(--mood)}.tag.resolved{color:var(--done);border-color:var(--done)}.tag.outdated{color:var(--attention);border-color:var(--attention)}
.event{display:flex;gap:12px;align-items:center;margin:14px 0 14px -11px;overflow-wrap:anywhere}.event p{margin:0}
.event .dot{width:20px;height:20px;flex:none;border-radius:50%;background:var(--line);outline:4px solid var(--bg);position:relative}
.event .dot::after{content:"";position:absolute;inset:6px;border-radius:50%;background:var(--bg)}
.event.review-good .dot,.event.is-open .dot{background:var(--good)}.event.review-bad .dot,.event.is-closed .dot{background:var(--bad)}.event.is-merged .dot{background:var(--done)}
.sha{background:var(--code);border-radius:6px;padding:2px 5px;white-space:nowrap}
.commits{list-style:none;margin:0 0 16px 22px;padding:0}.commits li{display:flex;gap:10px;align-items:center;padding:2px 0}
.commits .subject{flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--muted)}.commits .mood{width:14px;height:14px}
.threads{margin:0 0 20px 33px}.thread,.file{border:1px solid var(--line);border-radius:6px;margin:12px 0;overflow:hidden;background:var(--bg)}
summary{cursor:pointer}.thread>summary,.file>summary{background:var(--soft);padding:8px 14px;overflow-wrap:anywhere}.thread>summary .muted{margin-left:8px}
.path{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:12px}
.replies{padding:4px 14px}.reply{display:flex;gap:10px;padding:10px 0}.reply+.reply{border-top:1px solid var(--line)}.reply>div{flex:1;min-width:0}.resolver{border-top:1px solid var(--line);margin:0;padding:10px 14px;color:var(--muted)}
.diff{overflow-x:auto;border-bottom:1px solid var(--line)}.file .diff{border-bottom:0;border-top:1px solid var(--line)}.diff table{border-collapse:collapse;width:100%;min-width:max-content}
.diff td{padding:1px 10px;white-space:pre;vertical-align:top}.diff .n{width:1%;min-width:44px;text-align:right;color:var(--muted);user-select:none}
.diff .added{background:var(--add)}.diff .added .n{background:var(--add-n)}.diff .removed{background:var(--del)}.diff .removed .n{background:var(--del-n)}
.diff .hunk td{background:var(--hunk);color:var(--muted);padding:5px 10px}.diff .below td{padding:8px 12px;background:var(--soft);border:solid var(--line);border-width:1px 0;white-space:normal}
.below td>*{position:sticky;left:12px;max-width:min(860px,calc(100vw - 80px));font-family:-apple-system,"Segoe UI","Noto Sans",Helvetica,Arial,sans-serif;font-size:13px}
.thread-link{display:block;border:1px solid var(--line);border-radius:6px;background:var(--bg);padding:6px 12px;margin:4px 0;color:inherit}
.annotation{border:1px solid var(--line);border-left:4px solid var(--neutral);border-radius:6px;background:var(--bg);padding:8px 12px;margin:4px 0}
.annotation.failure{border-left-color:var(--bad)}.annotation.warning{border-left-color:var(--running)}.annotation p{margin:2px 0 0;white-space:pre-wrap;overflow-wrap:anywhere}
.annotations ul{list-style:none;padding:0;margin:8px 0}.annotations .place{margin:8px 0 2px}
.checks{border:1px solid var(--mood);border-radius:6px;margin:24px 0;overflow:hidden}.checks h2{display:flex;gap:14px;align-items:center;margin:0;padding:14px 16px;font-size:18px;background:var(--soft)}
.checks h2 small{display:block;font-weight:400;font-size:14px;color:var(--muted)}.mood{width:18px;height:18px;flex:none}.checks h2 .mood,.strip .mood{width:32px;height:32px}
.mood circle{fill:var(--mood)}.mood path{fill:none;stroke:#fff;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.run{border-top:1px solid var(--line);padding:12px 16px}.run>header{display:flex;gap:8px;align-items:center;flex-wrap:wrap}.run>p{margin:6px 0}
.button{border:1px solid var(--line);border-radius:6px;padding:2px 10px;margin-left:6px;background:var(--soft);color:var(--text);font-size:12px;font-weight:500}
.reactions{padding:0 16px 12px;display:flex;gap:6px}.reply .reactions{padding:4px 0}.reaction{border:1px solid var(--line);border-radius:2em;padding:1px 9px;font-size:12px;background:var(--soft)}
.minimized{margin:12px 0 12px 33px;color:var(--muted);border:1px solid var(--line);border-radius:6px;padding:8px 14px;background:var(--soft)}.minimized>*:not(summary){color:var(--text)}
.minimized .comment{margin-left:0}.reply .minimized{margin-left:0}
.plus{color:var(--good);font-weight:600}.minus{color:var(--bad);font-weight:600}.none{padding:12px 16px}.files h2{font-size:20px;font-weight:500;border-top:1px solid var(--line);padding-top:24px}
.md{padding:14px 16px;overflow-wrap:anywhere}.reply .md,.run .md{padding:6px 0}.md.empty{color:var(--muted);font-style:italic}.md>*:first-child{margin-top:0}.md>*:last-child{margin-bottom:0}
.md h1,.md h2{font-size:20px;font-weight:600;border-bottom:1px solid var(--line);padding-bottom:5px;margin:18px 0 12px}.md h3{font-size:16px;margin:18px 0 8px}.md h4{margin:14px 0 6px}
.md p,.md ul,.md ol,.md table,.md blockquote,.md pre,.md details{margin:0 0 12px}.md ul,.md ol{padding-left:24px}.md .contains-task-list{list-style:none;padding-left:4px}
.md code{background:var(--code);border-radius:6px;padding:2px 5px}.md pre{background:var(--soft);border-radius:6px;padding:12px;overflow:auto;white-space:pre-wrap}.md pre code{background:none;padding:0}
.md table{border-collapse:collapse;display:block;max-width:100%;overflow-x:auto}.md th,.md td{border:1px solid var(--line);padding:5px 12px}.md tr:nth-child(2n){background:var(--soft)}
.md blockquote{border-left:4px solid var(--line);padding:0 14px;color:var(--muted);margin-left:0}.md sub{font-size:inherit;vertical-align:baseline}.badge{vertical-align:-4px;height:18px}
.mention{font-weight:600}.image-link{border:1px dashed var(--line);border-radius:6px;padding:0 6px;color:var(--muted)}
.markdown-alert{border-left:4px solid var(--alert,var(--link));padding:2px 14px;margin-bottom:12px}.markdown-alert-title{color:var(--alert,var(--link));font-weight:600;display:flex;gap:8px;align-items:center}.markdown-alert-title svg{fill:currentColor}
.markdown-alert-tip{--alert:var(--good)}.markdown-alert-important{--alert:var(--done)}.markdown-alert-warning{--alert:var(--attention)}.markdown-alert-caution{--alert:var(--bad)}
.list{border:1px solid var(--line);border-radius:6px;padding:0;list-style:none}.list li{display:flex;gap:12px;align-items:center;padding:12px 16px;border-top:1px solid var(--line);overflow-wrap:anywhere}.list li:first-child{border-top:0}
.list b a{color:var(--text);font-size:16px}.list p{margin:0;color:var(--muted);font-size:12px}.list .pill{margin:0 0 0 auto;font-size:12px;padding:2px 10px}
:target>.box,.reply:target,.run:target{box-shadow:0 0 0 2px var(--link);border-radius:6px}
@media (max-width:900px){.columns{grid-template-columns:minmax(0,1fr)}aside{border-top:1px solid var(--line)}}
@media (max-width:600px){main{padding:14px 12px 60px}.top{padding:10px 12px}.top .note{display:none}h1{font-size:22px}.strip{flex-wrap:wrap}.strip .facts{margin-left:44px}
.timeline{border-left:0;margin-left:0}.comment{margin:12px 0}.comment>.avatar{display:none}.event{margin-left:0}.threads,.minimized{margin-left:0}.commits{margin-left:32px}
.md{padding:12px}.box>header{padding:8px 12px}.md th,.md td{padding:4px 8px}nav.tabs a{padding:8px}.diff .n{min-width:30px;padding:1px 5px}}
`;
