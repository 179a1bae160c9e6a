//! Who did what to dead letters: a line for every action.

use super::select::Select;

/// How many ids a line names.
const NAMED: usize = 100;

/// What an operator does, and to what.
pub(super) struct Audit<'a> {
    action: &'static str,
    handler: &'a str,
    select: &'a Select,
    who: String,
    ids: Vec<String>,
    count: u64,
    over: bool,
}

impl<'a> Audit<'a> {
    /// Says that it begins: a process that is killed in the middle says nothing more.
    pub(super) fn begin(action: &'static str, handler: &'a str, select: &'a Select) -> Self {
        let who = who();
        tracing::info!(
            target: "event_runtime::audit",
            who,
            handler,
            select = %select,
            "{action} begins"
        );
        Self {
            action,
            handler,
            select,
            who,
            ids: Vec::new(),
            count: 0,
            over: false,
        }
    }

    /// It was done to this one.
    pub(super) fn done(&mut self, id: Option<&str>) {
        self.count += 1;
        if self.ids.len() < NAMED {
            self.ids.push(id.unwrap_or("-").to_owned());
        }
    }

    /// Says how it ended.
    pub(super) fn end(mut self, how: &str) {
        self.over = true;
        self.write(how);
    }

    fn write(&self, how: &str) {
        let more = self.count.saturating_sub(self.ids.len() as u64);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        tracing::info!(
            target: "event_runtime::audit",
            who = self.who,
            handler = self.handler,
            select = %self.select,
            count = self.count,
            ids = format!("{}{more}", self.ids.join(",")),
            "{} {how}",
            self.action
        );
    }
}

/// An error, or a call that was dropped.
impl Drop for Audit<'_> {
    fn drop(&mut self) {
        if !self.over {
            self.write("broke off");
        }
    }
}

/// The user, the machine and the process.
pub(super) fn who() -> String {
    let variable = |name| std::env::var(name).ok().filter(|text| !text.is_empty());
    let user = variable("USER").or_else(|| variable("LOGNAME"));
    format!(
        "{}@{} pid {}",
        user.as_deref().unwrap_or("unknown"),
        crate::consumer::host(),
        std::process::id()
    )
}
