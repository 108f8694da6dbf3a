//! Programs as text in BIRD's language.

use std::fmt::Write as _;

use bgp_ci::filter::attribute::Attribute;
use bgp_ci::filter::ir::{
    BinaryOperator, Block, Edit, Expression, ExpressionKind, ExtendedKind, Lengths, Literal,
    MaskItem, Method, Part, SetItem, SetLiteral, Statement, StatementKind, Target,
};
use bgp_ci::filter::program::{Frame, Program, Slot};

/// The functions, constants and filters of a program, in this order: constants refer to no
/// functions.
pub fn program(program: &Program) -> String {
    let mut text = String::new();
    for constant in &program.constants {
        let writer = Writer::new(program, None);
        let value = writer.expression(&constant.value);
        writeln!(text, "define {} = {value};", constant.name).expect("a string takes it");
    }
    for function in &program.functions {
        let writer = Writer::new(program, Some(&function.frame));
        let parameters: Vec<String> = function
            .frame
            .variables
            .iter()
            .take(function.parameters)
            .map(|variable| format!("{} {}", variable.value_type, variable.name))
            .collect();
        let body = writer.block(&function.body, 1);
        let (name, parameters) = (&function.name, parameters.join("; "));
        writeln!(text, "function {name}({parameters})\n{{\n{body}}}").expect("a string takes it");
    }
    text
}

/// The body of a filter, in braces.
pub fn filter(program: &Program, at: usize) -> String {
    let filter = program.filters.get(at).expect("the program has the filter");
    let writer = Writer::new(program, Some(&filter.frame));
    format!("{{\n{}}}", writer.block(&filter.body, 1))
}

struct Writer<'a> {
    program: &'a Program,
    frame: Option<&'a Frame>,
}

impl<'a> Writer<'a> {
    fn new(program: &'a Program, frame: Option<&'a Frame>) -> Self {
        Self { program, frame }
    }

    fn block(&self, block: &Block, depth: usize) -> String {
        block
            .iter()
            .map(|statement| self.statement(statement, depth))
            .collect()
    }

    fn braces(&self, block: &Block, depth: usize) -> String {
        format!(
            "{{\n{}{}}}",
            self.block(block, depth + 1),
            "\t".repeat(depth)
        )
    }

    fn variable(&self, slot: Slot) -> &str {
        &self
            .frame
            .expect("constants have no variables")
            .variable(slot)
            .name
    }

    fn attribute(&self, attribute: Attribute) -> &str {
        match attribute {
            Attribute::Static(attribute) => attribute.name(),
            Attribute::Bgp(attribute) => attribute.name(),
            Attribute::Other(attribute) => attribute.name,
            Attribute::Custom(id) => &self.program.attribute(id).name,
        }
    }

    fn list(&self, expressions: &[Expression]) -> String {
        let texts: Vec<String> = expressions.iter().map(|one| self.expression(one)).collect();
        texts.join(", ")
    }

    fn statement(&self, statement: &Statement, depth: usize) -> String {
        let text = match &statement.kind {
            StatementKind::Declare { slot, value } => {
                let frame = self.frame.expect("constants have no statements");
                let variable = frame.variable(*slot);
                match value {
                    Some(value) => format!(
                        "{} {} = {};",
                        variable.value_type,
                        variable.name,
                        self.expression(value)
                    ),
                    None => format!("{} {};", variable.value_type, variable.name),
                }
            }
            StatementKind::Assign {
                target: Target::Attribute(attribute @ Attribute::Bgp(_)),
                value,
            } => self.changed(*attribute, value),
            StatementKind::Assign { target, value } => {
                let target = match target {
                    Target::Variable(slot) => self.variable(*slot),
                    Target::Attribute(attribute) => self.attribute(*attribute),
                };
                format!("{target} = {};", self.expression(value))
            }
            StatementKind::Unset(attribute) => format!("unset({});", self.attribute(*attribute)),
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => {
                let condition = self.expression(condition);
                let then = self.braces(then, depth);
                if otherwise.is_empty() {
                    format!("if {condition} then {then}")
                } else {
                    format!(
                        "if {condition} then {then} else {}",
                        self.braces(otherwise, depth)
                    )
                }
            }
            StatementKind::Case {
                value,
                arms,
                otherwise,
            } => {
                let mut text = format!("case {} {{\n", self.expression(value));
                for arm in arms {
                    let items: Vec<String> = arm.items.iter().map(|item| self.item(item)).collect();
                    let body = self.block(&arm.body, depth + 2);
                    write!(
                        text,
                        "{}{}:\n{body}",
                        "\t".repeat(depth + 1),
                        items.join(", ")
                    )
                    .expect("a string takes it");
                }
                if !otherwise.is_empty() {
                    let body = self.block(otherwise, depth + 2);
                    write!(text, "{}else:\n{body}", "\t".repeat(depth + 1))
                        .expect("a string takes it");
                }
                format!("{text}{}}}", "\t".repeat(depth))
            }
            StatementKind::For { slot, list, body } => {
                let frame = self.frame.expect("constants have no statements");
                let variable = frame.variable(*slot);
                let (list, body) = (self.expression(list), self.braces(body, depth));
                format!(
                    "for {} {} in {list} do {body}",
                    variable.value_type, variable.name
                )
            }
            StatementKind::Block(block) => self.braces(block, depth),
            StatementKind::Return(Some(value)) => format!("return {};", self.expression(value)),
            StatementKind::Return(None) => "return;".to_owned(),
            StatementKind::Accept(printed) => format!("accept {};", self.list(printed)),
            StatementKind::Reject(printed) => format!("reject {};", self.list(printed)),
            StatementKind::Print(printed) => format!("print {};", self.list(printed)),
            StatementKind::Evaluate(expression) => format!("{};", self.expression(expression)),
            StatementKind::Unmodelled(_) => unreachable!("nobody writes what is not modelled"),
        };
        format!("{}{text}\n", "\t".repeat(depth))
    }

    /// An assignment to an attribute, as a method of it where it can be one.
    fn changed(&self, attribute: Attribute, value: &Expression) -> String {
        let name = self.attribute(attribute);
        match &value.kind {
            ExpressionKind::Literal(
                Literal::EmptyPath
                | Literal::EmptyCommunities
                | Literal::EmptyExtendedCommunities
                | Literal::EmptyLargeCommunities,
            ) => format!("{name}.empty;"),
            ExpressionKind::Substitute(_) | ExpressionKind::TextMatch { .. } => {
                unreachable!("BIRD's filters have no such thing, and authors write BIRD's")
            }
            ExpressionKind::Edit {
                edit,
                list,
                operand,
            } if matches!(&list.kind, ExpressionKind::Attribute(own) if *own == attribute) => {
                format!("{name}.{}({});", edit_text(*edit), self.expression(operand))
            }
            _ => format!("{name} = {};", self.expression(value)),
        }
    }

    fn expression(&self, expression: &Expression) -> String {
        match &expression.kind {
            ExpressionKind::Literal(literal) => literal_text(literal),
            ExpressionKind::Pair(parts) => format!("({})", self.list(&**parts)),
            ExpressionKind::Extended(kind, parts) => {
                format!("({}, {})", kind_text(*kind), self.list(&**parts))
            }
            ExpressionKind::Large(parts) => format!("({})", self.list(&**parts)),
            ExpressionKind::Set(set) => self.set(set),
            ExpressionKind::PathMask(items) => {
                let items: Vec<String> = items.iter().map(|item| self.mask(item)).collect();
                format!("[= {} =]", items.join(" "))
            }
            ExpressionKind::Constant(id) => self.program.constant(*id).name.to_string(),
            ExpressionKind::Variable(slot) => self.variable(*slot).to_owned(),
            ExpressionKind::Attribute(attribute) => self.attribute(*attribute).to_owned(),
            ExpressionKind::Not(operand) => format!("!({})", self.expression(operand)),
            ExpressionKind::Binary(operator, sides) => {
                let [left, right] = &**sides;
                let (left, right) = (self.operand(left), self.operand(right));
                format!("{left} {} {right}", operator_text(*operator))
            }
            ExpressionKind::Method {
                method,
                receiver,
                argument,
            } => {
                let receiver = self.operand(receiver);
                match argument {
                    Some(argument) => format!("{receiver}.mask({})", self.expression(argument)),
                    None => format!("{receiver}.{}", method_text(*method)),
                }
            }
            ExpressionKind::Substitute(_) | ExpressionKind::TextMatch { .. } => {
                unreachable!("BIRD's filters have no such thing, and authors write BIRD's")
            }
            ExpressionKind::Edit {
                edit,
                list,
                operand,
            } => {
                format!(
                    "{}({}, {})",
                    edit_text(*edit),
                    self.expression(list),
                    self.expression(operand)
                )
            }
            ExpressionKind::Call {
                function,
                arguments,
            } => format!(
                "{}({})",
                self.program.function(*function).name,
                self.list(arguments)
            ),
            ExpressionKind::Defined(operand) => format!("defined({})", self.expression(operand)),
            ExpressionKind::RoaCheck { table, of } => match of {
                Some(of) => format!("roa_check({}, {})", table.name, self.list(&**of)),
                None => format!("roa_check({})", table.name),
            },
            ExpressionKind::AspaCheck { .. } | ExpressionKind::Format(_) => {
                unreachable!("BIRD 2.0 does not know it")
            }
            ExpressionKind::Unmodelled(_) => unreachable!("nobody writes what is not modelled"),
        }
    }

    /// An expression where only a simple one may stand.
    fn operand(&self, expression: &Expression) -> String {
        let text = self.expression(expression);
        if matches!(
            expression.kind,
            ExpressionKind::Binary(..) | ExpressionKind::Not(_)
        ) {
            format!("({text})")
        } else {
            text
        }
    }

    /// An expression in a set or a mask: a number or a name as it stands, all else in parentheses.
    fn atom(&self, expression: &Expression) -> String {
        let text = self.expression(expression);
        match expression.kind {
            ExpressionKind::Binary(..)
            | ExpressionKind::Method { .. }
            | ExpressionKind::Attribute(_) => {
                format!("({text})")
            }
            _ => text,
        }
    }

    fn set(&self, set: &SetLiteral) -> String {
        let items: Vec<String> = set.items.iter().map(|item| self.item(item)).collect();
        format!("[{}]", items.join(", "))
    }

    fn item(&self, item: &SetItem) -> String {
        match item {
            SetItem::Value(one) => self.atom(one),
            SetItem::Range(first, last) => format!("{}..{}", self.atom(first), self.atom(last)),
            SetItem::Pair(parts) => format!("({})", self.parts(parts)),
            SetItem::Extended(kind, key, part) => {
                format!(
                    "({}, {}, {})",
                    kind_text(*kind),
                    self.atom(key),
                    self.part(part)
                )
            }
            SetItem::Large(parts) => format!("({})", self.parts(parts)),
            SetItem::Prefix(net, lengths) => {
                let lengths = match lengths {
                    Lengths::Exact => String::new(),
                    Lengths::OrLonger => "+".to_owned(),
                    Lengths::OrShorter => "-".to_owned(),
                    Lengths::Between(low, high) => format!("{{{low},{high}}}"),
                };
                format!("{}{lengths}", self.expression(net))
            }
        }
    }

    fn parts(&self, parts: &[Part]) -> String {
        let parts: Vec<String> = parts.iter().map(|part| self.part(part)).collect();
        parts.join(", ")
    }

    fn part(&self, part: &Part) -> String {
        match part {
            Part::Any => "*".to_owned(),
            Part::One(one) => self.atom(one),
            Part::Range(first, last) => format!("{}..{}", self.atom(first), self.atom(last)),
        }
    }

    fn mask(&self, item: &MaskItem) -> String {
        match item {
            MaskItem::Asn(asn) => self.atom(asn),
            MaskItem::Range(first, last) => format!("{}..{}", self.atom(first), self.atom(last)),
            MaskItem::Set(set) => self.set(set),
            MaskItem::AnyOne => "?".to_owned(),
            MaskItem::Any => "*".to_owned(),
            MaskItem::Repeat => "+".to_owned(),
            MaskItem::Path(path) => self.atom(path),
        }
    }
}

fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Bool(truth) => truth.to_string(),
        Literal::Int(number) => number.to_string(),
        Literal::Ip(ip) => ip.to_string(),
        Literal::Prefix(net) => net.to_string(),
        Literal::String(text) => format!("\"{text}\""),
        Literal::Enum(constant) => constant.name().to_owned(),
        Literal::EmptyPath => "+empty+".to_owned(),
        Literal::EmptyCommunities => "-empty-".to_owned(),
        Literal::EmptyExtendedCommunities => "--empty--".to_owned(),
        Literal::EmptyLargeCommunities => "---empty---".to_owned(),
        Literal::RouteDistinguisher(_) | Literal::Bytes(_) => unreachable!("nobody writes it"),
    }
}

fn edit_text(edit: Edit) -> &'static str {
    match edit {
        Edit::Prepend => "prepend",
        Edit::Add => "add",
        Edit::Delete => "delete",
        Edit::Filter => "filter",
    }
}

fn kind_text(kind: ExtendedKind) -> String {
    match kind {
        ExtendedKind::RouteTarget => "rt".to_owned(),
        ExtendedKind::RouteOrigin => "ro".to_owned(),
        ExtendedKind::Unknown(kind) => format!("unknown {kind}"),
        ExtendedKind::Generic => "generic".to_owned(),
    }
}

fn operator_text(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::BitOr => "|",
        BinaryOperator::BitAnd => "&",
        BinaryOperator::Equal => "=",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::Less => "<",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::Greater => ">",
        BinaryOperator::GreaterOrEqual => ">=",
        BinaryOperator::Match => "~",
        BinaryOperator::NotMatch => "!~",
        BinaryOperator::And => "&&",
        BinaryOperator::Or => "||",
    }
}

fn method_text(method: Method) -> &'static str {
    match method {
        Method::Length => "len",
        Method::First => "first",
        Method::Last => "last",
        Method::LastNonAggregated => "last_nonaggregated",
        Method::Empty => "empty",
        Method::Minimum => "min",
        Method::Maximum => "max",
        Method::Mask => "mask",
        Method::IsIpv4 => "is_v4",
        Method::NetType => "type",
        Method::Address => "ip",
        Method::MaxLength => "maxlen",
        Method::Asn => "asn",
        Method::Data => "data",
        Method::Data1 => "data1",
        Method::Data2 => "data2",
        Method::RouteDistinguisher => "rd",
        Method::SourcePrefix => "src",
        Method::DestinationPrefix => "dst",
        Method::Value => "value",
    }
}
