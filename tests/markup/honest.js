// SPDX-License-Identifier: EUPL-1.2
// Mail as people's programs write it, by hand after the shapes of each; it must stay readable.
// reads: what must be seen, in this order. hides: what its sender hid and nobody should see.
export const HONEST = [
  {
    name: 'gmail',
    html: `<div dir="ltr">Buongiorno,<div><br></div><div>la <b>V2</b> mostra <font color="#cc0000">E07</font> e non scalda.</div>
<ul><li>matricola <span style="background-color:rgb(255,255,0)">V2-0077</span></li><li>acquistata a marzo</li></ul>
<div>Grazie,<br clear="all"><div><br></div>-- <br><div dir="ltr" class="gmail_signature"><i>Luca Bianchi</i> - Bar Centrale</div></div></div>
<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Il giorno lun 2 mar 2026 alle ore 09:00 Assistenza &lt;<a href="mailto:assistenza@filo.test">assistenza@filo.test</a>&gt; ha scritto:<br></div>
<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">Ci dice la matricola?</blockquote></div>`,
    reads: ['Buongiorno,', 'la V2 mostra E07 e non scalda.', 'V2-0077', 'acquistata a marzo', 'Luca Bianchi', 'ha scritto:', 'Ci dice la matricola?'],
    hides: [],
  },
  {
    name: 'outlook',
    html: `<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"><head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8"><style><!-- p.MsoNormal {margin:0cm; font-size:11.0pt;} --></style>
<!--[if gte mso 9]><xml><o:shapedefaults v:ext="edit" spidmax="1026" /></xml><![endif]--></head>
<body lang="IT" link="#0563C1" vlink="#954F72" style="word-wrap:break-word"><div class="WordSection1">
<p class="MsoNormal"><span style="font-size:11.0pt;font-family:&quot;Calibri&quot;,sans-serif;mso-fareast-language:EN-US">Gentili,<o:p></o:p></span></p>
<p class="MsoNormal"><o:p>&nbsp;</o:p></p>
<table class="MsoNormalTable" border="1" cellspacing="0" cellpadding="0" style="border-collapse:collapse;border:none"><tr>
<td width="120" valign="top" style="width:90.0pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt"><p class="MsoNormal">Ordine</p></td>
<td width="120" valign="top" style="width:90.0pt;border:solid windowtext 1.0pt"><p class="MsoNormal">4711</p></td></tr></table>
<p class="MsoNormal"><span lang="EN-US">Cordiali saluti<br><b>Anna Tosi</b></span></p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>Da:</b> Assistenza<br><b>Inviato:</b> luned&igrave; 2 marzo 2026<br><b>Oggetto:</b> E07</p></div>
<p class="MsoNormal">Testo precedente</p></div></body></html>`,
    reads: ['Gentili,', 'Ordine', '4711', 'Cordiali saluti', 'Anna Tosi', 'Da: Assistenza', 'lunedì 2 marzo 2026', 'Testo precedente'],
    hides: ['shapedefaults', 'MsoNormal {'],
  },
  {
    name: 'apple',
    html: `<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head><body dir="auto" style="overflow-wrap: break-word; -webkit-nbsp-mode: space; line-break: after-white-space;">
Ecco la foto:<div><br></div><div><img alt="foto.jpeg" src="cid:foto@icloud.test" width="320" apple-inline="yes"></div><div><br></div>
<div dir="ltr">Inviato da iPhone</div><div dir="ltr"><br><blockquote type="cite">Il giorno 2 mar 2026, alle ore 09:00, Assistenza &lt;assistenza@filo.test&gt; ha scritto:<br><br></blockquote></div>
<blockquote type="cite"><div dir="ltr">Ci manda una foto?</div></blockquote></body></html>`,
    reads: ['Ecco la foto:', 'Inviato da iPhone', 'ha scritto:', 'Ci manda una foto?'],
    hides: [],
    pictures: 1,
  },
  {
    name: 'newsletter',
    html: `<!doctype html><html><head><title>Offerte</title><style>@media (max-width:600px){.w{width:100%!important}}</style></head>
<body style="margin:0;background:#eef1f4"><div style="display:none;max-height:0;overflow:hidden">Anteprima nascosta&nbsp;&zwnj;</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" bgcolor="#eef1f4"><tr><td align="center">
<table role="presentation" class="w" width="600" cellpadding="0" cellspacing="0" style="background-color:#ffffff;border-radius:8px">
<tr><td align="center" style="padding:24px;background:#0b6470;color:#ffffff;font-family:Arial,Helvetica,sans-serif;font-size:22px">Ricambi in offerta</td></tr>
<tr><td style="padding:24px;font-family:Arial,sans-serif"><table width="100%"><tr>
<td width="50%" valign="top"><img src="https://img.negozio.test/valvola.png" width="200" alt="Valvola vapore" style="display:block"><br>Valvola<br><strong>12,50&nbsp;&euro;</strong></td>
<td width="50%" valign="top"><img src="https://img.negozio.test/guarnizione.png" width="200" alt="Guarnizione" style="display:block"><br>Guarnizione<br><strong>3,20&nbsp;&euro;</strong></td>
</tr></table><p style="text-align:center"><a href="https://click.negozio.test/abc" style="display:inline-block;padding:12px 24px;background-color:#b3261e;color:#ffffff;text-decoration:none">Vai al negozio</a></p></td></tr>
<tr><td align="center" style="padding:16px;font-size:11px;color:#888888">Per non ricevere pi&ugrave; mail <a href="https://negozio.test/u/1">si cancelli</a></td></tr>
</table></td></tr></table><img src="https://t.negozio.test/o.gif" width="1" height="1" alt=""></body></html>`,
    reads: ['Ricambi in offerta', 'Valvola vapore', '12,50 €', 'Guarnizione', '3,20 €', 'Vai al negozio', 'Per non ricevere più mail'],
    hides: ['Anteprima nascosta', 'Offerte', '@media'],
    remote: 2,
  },
  {
    name: 'phishing',
    html: `<p>Gentile cliente, acceda a <a href="https://sicurezza.evil.test/login" title="https://www.banca.test">https://www.banca.test</a> entro oggi.</p>
<p><a href="https://area.banca.test/x">banca.test</a></p><p><a href="https://www.banca.test@evil.test/">Area clienti</a></p>`,
    reads: ['Gentile cliente', 'https://www.banca.test', 'sicurezza.evil.test', 'banca.test', 'Area clienti', 'evil.test'],
    hides: [],
    betrayed: ['sicurezza.evil.test', 'evil.test'],
  },
  {
    name: 'wide',
    html: `<pre>${'colonna '.repeat(40)}</pre><p>${'parolalunghissima'.repeat(40)}</p><table width="2400"><tr>${'<td>cella</td>'.repeat(40)}</tr></table>`,
    reads: ['colonna', 'parolalunghissima', 'cella'],
    hides: [],
  },
];
