// The scopes of every piece of a file, as VS Code finds them: node dump.js MODULES GRAMMAR
// FILE... prints one array per file, of lines, of [start, end, scopes], in UTF-16 units.
'use strict';
const fs = require('fs');
const path = require('path');
const [modules, grammarPath, ...files] = process.argv.slice(2);
const oniguruma = require(path.join(modules, 'vscode-oniguruma'));
const textmate = require(path.join(modules, 'vscode-textmate'));

async function main() {
	const wasm = fs.readFileSync(path.join(modules, 'vscode-oniguruma/release/onig.wasm'));
	await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length));
	const registry = new textmate.Registry({
		onigLib: Promise.resolve({
			createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
			createOnigString: (string) => new oniguruma.OnigString(string),
		}),
		loadGrammar: async () =>
			textmate.parseRawGrammar(fs.readFileSync(grammarPath, 'utf8'), grammarPath),
	});
	const grammar = await registry.loadGrammar('source.spy');
	const all = files.map((file) => {
		let state = textmate.INITIAL;
		return fs.readFileSync(file, 'utf8').split('\n').map((line) => {
			const result = grammar.tokenizeLine(line, state);
			state = result.ruleStack;
			return result.tokens.map((t) => [t.startIndex, t.endIndex, t.scopes]);
		});
	});
	console.log(JSON.stringify(all));
}

main().catch((error) => {
	console.error(error);
	process.exit(1);
});
