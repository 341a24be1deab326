"""Which names of a module's source are its global ones, and where they stand."""

import ast

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound(node):
    """Names that are bound in the scope of `node` itself, not in the scopes inside it."""
    names = set()
    if isinstance(node, _FUNCTIONS):
        a = node.args
        names |= {x.arg for x in [*a.posonlyargs, *a.args, *a.kwonlyargs, a.vararg, a.kwarg] if x}
    todo = list(ast.iter_child_nodes(node)) if not isinstance(node, ast.Lambda) else [node.body]
    while todo:
        inner = todo.pop()
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(inner.name)
            continue
        if isinstance(inner, ast.Lambda) or (isinstance(inner, _COMPREHENSIONS) and inner is not node):
            continue
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            names.add(inner.id)
        elif isinstance(inner, ast.ExceptHandler) and inner.name:
            names.add(inner.name)
        elif isinstance(inner, ast.alias):
            names.add((inner.asname or inner.name).split(".")[0])
        todo += ast.iter_child_nodes(inner)
    return names


class Globals(ast.NodeVisitor):
    """What a module's source says of its global names.

    own: names bound at the top. local: names that some scope inside binds. uses: [(node, names that
    an enclosing scope imports)] of Name nodes that are global, and of the `def` and `class` at the top.
    imports: [(import statement, scope)], scope None at the top.
    """

    def __init__(self, tree):
        self.own = bound(tree)
        self.local, self.uses, self.imports = set(), [], []
        self._scopes = []
        self.generic_visit(tree)

    def _enter(self, node, kind):
        names = bound(node)
        self.local |= names
        self._scopes.append((kind, names, node))
        return names

    def visit_FunctionDef(self, node):
        for outside in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]:
            if outside is not None:
                self.visit(outside)
        self._enter(node, "function")
        for inner in node.body:
            self.visit(inner)
        self._scopes.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node):
        for outside in [*node.args.defaults, *node.args.kw_defaults]:
            if outside is not None:
                self.visit(outside)
        self._enter(node, "function")
        self.visit(node.body)
        self._scopes.pop()

    def _comprehension(self, node):
        self._enter(node, "function")
        self.generic_visit(node)
        self._scopes.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815

    def visit_ClassDef(self, node):
        for outside in [*node.bases, *node.decorator_list]:
            self.visit(outside)
        self._enter(node, "class")
        for inner in node.body:
            self.visit(inner)
        self._scopes.pop()

    def visit_AnnAssign(self, node):
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def visit_Import(self, node):
        self.imports.append((node, self._scopes[-1][2] if self._scopes else None))

    visit_ImportFrom = visit_Import  # noqa: N815

    def scope_of(self, name):
        """The innermost scope that binds `name`; None = the module."""
        for at in range(len(self._scopes) - 1, -1, -1):
            kind, names, node = self._scopes[at]
            if name in names and (kind == "function" or at == len(self._scopes) - 1):
                return node
        return None

    def visit_Name(self, node):
        self.uses.append((node, self.scope_of(node.id)))
