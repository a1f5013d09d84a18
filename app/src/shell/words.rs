//! What the frame says.

use crate::strings;

strings! {
    /// Rail, top bar, menus and dialogs.
    pub(crate) struct ShellWords {
        home: "Home" / "首页",
        chat: "Chat" / "聊天",
        echo: "Echo" / "回声",
        main: "Main" / "主导航",
        skip: "Skip to content" / "跳到正文",
        find: "Search or jump to…" / "搜索或跳转…",
        menu: "Menu" / "菜单",
        sign_in: "Sign in" / "登录",
        sign_out: "Sign out" / "退出登录",
        settings: "Settings" / "设置",
        admin: "People" / "成员",
        theme: "Theme" / "主题",
        light: "Light" / "浅色",
        dark: "Dark" / "深色",
        system: "As the system" / "跟随系统",
        language: "Language" / "语言",
        keys: "Keyboard" / "快捷键",
        close: "Close" / "关闭",
        broken: "Something on this page broke. What you typed is kept." / "此页面出现故障。已输入的内容会保留。",
        reload: "Reload" / "重新加载",
        notices: "Notices" / "通知",
    }
}

strings! {
    /// The keyboard map.
    pub(crate) struct KeyWords {
        title: "Keyboard" / "快捷键",
        go: "Go to" / "前往",
        act: "Do" / "操作",
        find: "Search and commands" / "搜索与命令",
        help: "This map" / "显示此列表",
        new: "New: start writing" / "新建：开始输入",
        next: "Next" / "下一项",
        previous: "Previous" / "上一项",
        back: "Close, or leave the field" / "关闭或离开输入框",
        theme: "Light or dark" / "切换深浅色",
    }
}
