//! Which file imports from which. A path is followed to the file that defines what it names:
//! through `use`, `pub use`, `self`, `super`, `crate` and the names of modules. What a `pub use`
//! passes on, the file imports only if its own code uses it too; `mod x;` is no import.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::{Token, tokens};

/// A module: its names from the crate's root down.
type Module = Vec<String>;

/// What is known of a module's names.
#[derive(Debug, Default)]
struct Scope {
    /// The file that it stands in.
    file: String,
    /// Names that `use` binds, and the paths that they stand for.
    bound: BTreeMap<String, Vec<String>>,
    /// Paths that `use` takes everything of.
    globs: Vec<Vec<String>>,
}

/// A path in a module's code.
#[derive(Debug)]
struct Mention {
    module: Module,
    path: Vec<String>,
    /// Whether it is passed on only, under this name.
    passed_on: Option<String>,
}

/// A crate's source files, by their paths.
#[derive(Debug, Default)]
pub struct Crate {
    scopes: BTreeMap<Module, Scope>,
    mentions: Vec<Mention>,
    /// Per module, the words of its code outside `use`, that begin a path.
    words: BTreeMap<Module, BTreeSet<String>>,
}

/// Which file imports from which.
pub type Imports = BTreeMap<String, BTreeSet<String>>;

impl Crate {
    /// A crate whose root is `root`, in whose folder its other files are.
    pub fn of<'a>(root: &str, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut all = Self::default();
        for (path, text) in files {
            let module = if path == root { Vec::new() } else { module_of(path, folder) };
            // In a macro, a parameter may stand for a name.
            let tokens: Vec<_> = tokens(text).into_iter().filter(|it| !it.is("$")).collect();
            all.read(path, module, &tokens);
        }
        all
    }

    /// Which file imports from which.
    pub fn imports(&self) -> Imports {
        let mut found = Imports::new();
        for mention in &self.mentions {
            let used = |name: &String| {
                self.words.get(&mention.module).is_some_and(|words| words.contains(name))
            };
            if mention.passed_on.as_ref().is_some_and(|name| !used(name)) {
                continue;
            }
            let from = &self.scopes[&mention.module].file;
            if let Some(to) = self.defining(&mention.module, &mention.path, 0)
                && to != from
            {
                found.entry(from.clone()).or_default().insert(to.to_owned());
            }
        }
        found
    }

    /// The file that defines what a path names, as seen from a module. A module itself is in no
    /// file: what is used of it has paths of its own.
    fn defining(&self, from: &Module, path: &[String], depth: usize) -> Option<&str> {
        let (module, item) = self.resolve(from, path, depth)?;
        (!item.is_empty()).then_some(self.scopes.get(&module)?.file.as_str())
    }

    /// The module that a path leads to, and what is left of the path there.
    fn resolve(
        &self,
        from: &Module,
        path: &[String],
        depth: usize,
    ) -> Option<(Module, Vec<String>)> {
        // A circle of `use` leads nowhere.
        if depth > 16 {
            return None;
        }
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => Vec::new(),
            // The binary's one file calls the library by its name.
            "kmsim" if from.first().is_some_and(|name| name == "main") => Vec::new(),
            "self" => from.clone(),
            "super" => parent(from)?,
            _ => {
                return self.within(from, path, depth).filter(|(module, item)| {
                    // A name that the module does not know is another crate's, or the language's.
                    module != from || item.len() < path.len() || self.is_listed(from, first)
                });
            }
        };
        while let Some(("super", after)) = rest.split_first().map(|(it, rest)| (it.as_str(), rest))
        {
            module = parent(&module)?;
            rest = after;
        }
        self.within(&module, rest, depth)
    }

    fn is_listed(&self, module: &Module, name: &str) -> bool {
        self.scopes.get(module).is_some_and(|scope| scope.bound.contains_key(name))
    }

    /// The same from a module downwards.
    fn within(
        &self,
        module: &Module,
        path: &[String],
        depth: usize,
    ) -> Option<(Module, Vec<String>)> {
        let Some((first, rest)) = path.split_first() else {
            return Some((module.clone(), Vec::new()));
        };
        let mut child = module.clone();
        child.push(first.clone());
        if self.scopes.contains_key(&child) {
            return self.within(&child, rest, depth);
        }
        let scope = self.scopes.get(module)?;
        if let Some(target) = scope.bound.get(first) {
            let whole: Vec<_> = target.iter().chain(rest).cloned().collect();
            if target.first() != Some(first) || target.len() > 1 {
                return self.resolve(module, &whole, depth + 1);
            }
        }
        for glob in &scope.globs {
            // Only a name that is bound there comes from further on; an item is where the glob
            // leads.
            let Some((target, left)) = self.resolve(module, glob, depth + 1) else { continue };
            if left.is_empty() && target != *module {
                let known = self.scopes.get(&target).is_some_and(|it| it.bound.contains_key(first));
                let mut below = target.clone();
                below.push(first.clone());
                if known || self.scopes.contains_key(&below) {
                    return self.within(&target, path, depth + 1);
                }
            }
        }
        Some((module.clone(), path.to_vec()))
    }

    /// Reads a file's tokens.
    fn read(&mut self, path: &str, root: Module, tokens: &[Token]) {
        let mut module = root;
        let scope = |file: &str| Scope { file: file.to_owned(), ..Scope::default() };
        self.scopes.insert(module.clone(), scope(path));
        // How deep each module within the file begins.
        let mut within: Vec<usize> = Vec::new();
        let (mut depth, mut at) = (0_usize, 0);
        while let Some(token) = tokens.get(at) {
            let after = |ahead: usize| tokens.get(at + ahead);
            let before = at.checked_sub(1).and_then(|at| tokens.get(at));
            match token {
                Token::Mark('{') => depth += 1,
                Token::Mark('}') => {
                    depth = depth.saturating_sub(1);
                    if within.last() == Some(&depth) {
                        within.pop();
                        module.pop();
                    }
                }
                Token::Word(word) if word == "mod" => {
                    if let (Some(Token::Word(name)), Some(Token::Mark('{'))) = (after(1), after(2))
                    {
                        module.push(name.clone());
                        self.scopes.insert(module.clone(), scope(path));
                        within.push(depth);
                        depth += 1;
                        at += 2;
                    }
                }
                Token::Word(word) if word == "use" && !after(1).is_some_and(|it| it.is("<")) => {
                    let is_passed_on = before.is_some_and(|it| it.is("pub") || it.is(")"));
                    at = self.read_use(&module, is_passed_on, tokens, at + 1);
                    continue;
                }
                Token::Word(word) if !before.is_some_and(|it| it.is("::") || it.is(".")) => {
                    let mut names = vec![word.clone()];
                    while let (Some(Token::Path), Some(Token::Word(name))) =
                        (tokens.get(at + 1), tokens.get(at + 2))
                    {
                        names.push(name.clone());
                        at += 2;
                    }
                    self.words.entry(module.clone()).or_default().insert(word.clone());
                    if names.len() > 1 {
                        let mention =
                            Mention { module: module.clone(), path: names, passed_on: None };
                        self.mentions.push(mention);
                    }
                }
                Token::Word(_) | Token::Path | Token::Mark(_) => {}
            }
            at += 1;
        }
    }

    /// Reads a `use` from behind its word on; answers where it ends.
    fn read_use(
        &mut self,
        module: &Module,
        passed_on: bool,
        tokens: &[Token],
        start: usize,
    ) -> usize {
        let mut at = start;
        let mut open: Vec<Vec<String>> = Vec::new();
        let mut path: Vec<String> = Vec::new();
        let mut name: Option<String> = None;
        while let Some(token) = tokens.get(at) {
            match token {
                Token::Mark('{') => {
                    open.push(std::mem::take(&mut path));
                    path.clone_from(&open[open.len() - 1]);
                }
                Token::Mark(',' | '}' | ';') => {
                    let base = open.last().map_or(0, Vec::len);
                    if path.len() > base {
                        self.bind(module, passed_on, &path, name.take());
                    }
                    if token.is("}") {
                        open.pop();
                    }
                    path = open.last().cloned().unwrap_or_default();
                    if token.is(";") {
                        break;
                    }
                    if token.is("}") {
                        // What was in the braces is bound: nothing is left of it.
                        while !matches!(tokens.get(at + 1), Some(Token::Mark(',' | '}' | ';'))) {
                            at += 1;
                        }
                    }
                }
                Token::Word(word) if word == "as" => {
                    if let Some(Token::Word(new)) = tokens.get(at + 1) {
                        name = Some(new.clone());
                    }
                    at += 1;
                }
                Token::Word(word) => path.push(word.clone()),
                Token::Mark('*') => path.push("*".to_owned()),
                Token::Path | Token::Mark(_) => {}
            }
            at += 1;
        }
        at
    }

    fn bind(&mut self, module: &Module, passed_on: bool, path: &[String], name: Option<String>) {
        let mut path = path.to_vec();
        let scope = self.scopes.entry(module.clone()).or_default();
        let last = path.last().cloned().unwrap_or_default();
        if last == "*" {
            path.pop();
            scope.globs.push(path.clone());
            if !passed_on {
                // Whatever it takes of there.
                path.push("*".to_owned());
                self.mentions.push(Mention { module: module.clone(), path, passed_on: None });
            }
            return;
        }
        if last == "self" && path.len() > 1 {
            path.pop();
        }
        let name = name.unwrap_or_else(|| path.last().cloned().unwrap_or_default());
        scope.bound.insert(name.clone(), path.clone());
        let passed_on = passed_on.then_some(name);
        self.mentions.push(Mention { module: module.clone(), path, passed_on });
    }
}

fn parent(module: &Module) -> Option<Module> {
    module.split_last().map(|(_, above)| above.to_vec())
}

/// The module that a file is.
fn module_of(path: &str, folder: &str) -> Module {
    let inner = path.strip_prefix(folder).unwrap_or(path).trim_start_matches('/');
    let inner = inner.trim_end_matches(".rs").trim_end_matches("/mod");
    inner.split('/').map(str::to_owned).collect()
}

/// The circles: groups of files each of which imports from every other, by way of others or
/// straight.
pub fn circles(imports: &Imports) -> Vec<Vec<String>> {
    let reach = |from: &String| {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![from];
        while let Some(file) = waiting.pop() {
            for next in imports.get(file).into_iter().flatten() {
                if seen.insert(next) {
                    waiting.push(next);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<_, _> = imports.keys().map(|file| (file, reach(file))).collect();
    let mut found = BTreeSet::new();
    for (file, all) in &reached {
        let circle: Vec<String> = all
            .iter()
            .filter(|it| reached.get(*it).is_some_and(|back| back.contains(file)))
            .map(|it| (*it).clone())
            .collect();
        if !circle.is_empty() {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// Small crates, and what is imported in them, as `from>to` without folder and ending.
#[test]
fn imports_are_followed_to_the_file_that_defines() {
    let cases: [(&[(&str, &str)], &str); 18] = [
        (&[("a", "use crate::b::B;"), ("b", "struct B;")], "a>b"),
        (&[("a", "fn f() { crate::b::g() }"), ("b", "")], "a>b"),
        (&[("a", "use crate::{b::B, c::{C, D as E}};"), ("b", ""), ("c", "")], "a>b a>c"),
        (&[("a", "use crate::b; fn f() { b::g() }"), ("b", "")], "a>b"),
        (&[("a", "// use crate::b::B;\nconst T: &str = \"crate::b::B\";"), ("b", "")], ""),
        (&[("a", "use b::B; use std::b::C;"), ("b", "")], ""),
        (&[("main", "use kmsim::b::B;"), ("a", "use kmsim::b::B;"), ("b", "")], "main>b"),
        // Rooms.
        (&[("a/mod", "mod b; pub use b::B;"), ("a/b", ""), ("c", "use crate::a::B;")], "c>a/b"),
        (&[("a/mod", "mod b; use b::B;"), ("a/b", "")], "a/mod>a/b"),
        (&[("a/mod", "mod b; pub use b::B; fn f() -> B {}"), ("a/b", "")], "a/mod>a/b"),
        (
            &[("a/mod", "mod b; mod c; pub use b::B;"), ("a/b", ""), ("a/c", "use super::B;")],
            "a/c>a/b",
        ),
        (&[("a/mod", "mod b; fn f() { b::g() }"), ("a/b", "use super::f;")], "a/b>a/mod a/mod>a/b"),
        (&[("a/mod", "mod b; pub struct A;"), ("a/b", "use super::A;")], "a/b>a/mod"),
        (&[("a/mod", "mod b; pub use b::*;"), ("a/b", ""), ("c", "use crate::a::b::B;")], "c>a/b"),
        // A module within a file.
        (&[("a/mod", ""), ("a/b", "mod $n { use super::super::A; use $c::D; }")], "a/b>a/mod"),
        (&[("a", "mod tests { use super::*; use super::super::b::B; }"), ("b", "")], "a>b"),
        (
            &[("a", "mod tests { fn f() {} } use self::tests::f; use super::b::B;"), ("b", "")],
            "a>b",
        ),
        (
            &[("a/b/c", "use super::super::d::D;"), ("a/b/mod", ""), ("a/mod", ""), ("a/d", "")],
            "a/b/c>a/d",
        ),
    ];
    for (files, expected) in cases {
        let named: Vec<_> =
            files.iter().map(|(name, text)| (format!("src/{name}.rs"), *text)).collect();
        let all = named.iter().map(|(path, text)| (path.as_str(), *text));
        let imports = Crate::of("src/lib.rs", all).imports();
        let short = |path: &str| path.trim_start_matches("src/").trim_end_matches(".rs").to_owned();
        let found: Vec<_> = imports
            .iter()
            .flat_map(|(from, all)| all.iter().map(|to| format!("{}>{}", short(from), short(to))))
            .collect();
        assert_eq!(found.join(" "), expected, "{files:?}");
    }
}

#[test]
fn circles_are_found() {
    let of = |arrows: &[(&str, &str)]| {
        let mut imports = Imports::new();
        for (from, to) in arrows {
            imports.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        }
        circles(&imports)
    };
    assert!(of(&[("a", "b"), ("b", "c"), ("a", "c")]).is_empty());
    assert_eq!(of(&[("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")]), [["a", "b", "c"]]);
    assert_eq!(of(&[("a", "b"), ("b", "a"), ("c", "d"), ("d", "c")]), [["a", "b"], ["c", "d"]]);
}
